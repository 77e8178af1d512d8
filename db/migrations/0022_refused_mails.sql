CREATE TABLE "refused_mails" (
	"account_id" text NOT NULL,
	"kind" text NOT NULL,
	CONSTRAINT "refused_mails_account_id_kind_pk" PRIMARY KEY("account_id","kind")
);
--> statement-breakpoint
ALTER TABLE "refused_mails" ADD CONSTRAINT "refused_mails_account_id_user_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;