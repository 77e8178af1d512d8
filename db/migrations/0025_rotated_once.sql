-- A refresh token is rotated once. Better Auth's adapter looks for one that is not revoked and updates it by its
-- id, so that of two requests at the same moment both would rotate it: the later one changes no row now.
CREATE FUNCTION skip_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;--> statement-breakpoint
CREATE TRIGGER rotated_once BEFORE UPDATE OF rotated_at ON oauth_refresh_token FOR EACH ROW
WHEN (old.rotated_at IS NOT NULL AND new.rotated_at > old.rotated_at - interval '1 minute')
EXECUTE FUNCTION skip_row();
