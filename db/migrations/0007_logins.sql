CREATE TABLE "login_refresh_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"connection_id" text NOT NULL,
	"rotated_at" timestamp with time zone,
	"answer" text,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_profiles" (
	"user_id" text PRIMARY KEY NOT NULL,
	"first_name" text,
	"last_name" text,
	"last_login_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "connections" ADD COLUMN "login" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "login_refresh_tokens" ADD CONSTRAINT "login_refresh_tokens_connection_id_connections_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "login_refresh_tokens_connection_idx" ON "login_refresh_tokens" USING btree ("connection_id");--> statement-breakpoint
-- Whoever writes, an installation keeps an admin who is not banned. The row of `installation` makes two who
-- would each leave the other as the last one go one after the other.
CREATE FUNCTION keep_an_admin() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.role IS DISTINCT FROM 'admin' OR (coalesce(OLD.banned, false) AND coalesce(OLD.ban_expires > now(), true)) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.role = 'admin'
    AND NOT (coalesce(NEW.banned, false) AND coalesce(NEW.ban_expires > now(), true)) THEN
    RETURN NEW;
  END IF;
  PERFORM FROM installation FOR UPDATE;
  IF NOT EXISTS (
    SELECT FROM "user" WHERE id <> OLD.id AND role = 'admin'
      AND NOT (coalesce(banned, false) AND coalesce(ban_expires > now(), true))
  ) THEN
    RAISE EXCEPTION 'the last admin' USING ERRCODE = 'FL001';
  END IF;
  RETURN coalesce(NEW, OLD);
END
$$;--> statement-breakpoint
CREATE TRIGGER user_keep_an_admin BEFORE UPDATE OF role, banned, ban_expires OR DELETE ON "user"
FOR EACH ROW EXECUTE FUNCTION keep_an_admin();
