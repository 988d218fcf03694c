-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "backchannel_logout_uri" TEXT,
ADD COLUMN     "post_logout_redirect_uris" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "profile" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "registration_token_hash" BYTEA;

-- AlterTable
ALTER TABLE "grants" ADD COLUMN     "amr" TEXT[],
ADD COLUMN     "auth_time" TIMESTAMPTZ(3),
ADD COLUMN     "claims" JSONB,
ADD COLUMN     "code_challenge" TEXT,
ADD COLUMN     "offline" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "redirect_uri" TEXT,
ADD COLUMN     "subject" TEXT;

-- What a grant used to read from its session is its own from now on: a session may be authenticated anew.
UPDATE "grants" g SET subject = g.user_id, auth_time = s.auth_time, amr = s.amr FROM "sessions" s WHERE s.id = g.session_id;
ALTER TABLE "grants" ALTER COLUMN "subject" SET NOT NULL, ALTER COLUMN "auth_time" SET NOT NULL;

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "cookie_hash" BYTEA;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "claims" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "email_verified" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "apis" (
    "identifier" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[],
    "token_lifetime" INTEGER,
    "clients" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "apis_pkey" PRIMARY KEY ("identifier")
);

-- CreateTable
CREATE TABLE "consents" (
    "user_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "items" TEXT[],
    "number" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "consents_pkey" PRIMARY KEY ("user_id","client_id")
);

-- CreateTable
CREATE TABLE "pairwise_subjects" (
    "user_id" TEXT NOT NULL,
    "sector" TEXT NOT NULL,
    "subject" TEXT NOT NULL,

    CONSTRAINT "pairwise_subjects_pkey" PRIMARY KEY ("user_id","sector")
);

-- CreateTable
CREATE TABLE "logout_notices" (
    "id" BIGSERIAL NOT NULL,
    "client_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "logout_notices_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "consents_client_id_idx" ON "consents"("client_id");

-- CreateIndex
CREATE UNIQUE INDEX "pairwise_subjects_subject_key" ON "pairwise_subjects"("subject");

-- CreateIndex
CREATE INDEX "logout_notices_due_at_idx" ON "logout_notices"("due_at");

-- CreateIndex
CREATE INDEX "logout_notices_client_id_idx" ON "logout_notices"("client_id");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_cookie_hash_key" ON "sessions"("cookie_hash");

-- AddForeignKey
ALTER TABLE "consents" ADD CONSTRAINT "consents_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consents" ADD CONSTRAINT "consents_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pairwise_subjects" ADD CONSTRAINT "pairwise_subjects_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "logout_notices" ADD CONSTRAINT "logout_notices_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The APIs are remembered like the clients, and forgotten with them.
CREATE TRIGGER "apis_changed" AFTER INSERT OR UPDATE OR DELETE ON "apis"
  FOR EACH STATEMENT EXECUTE FUNCTION "count_client_change"();

-- A new password also ends what outlives its session: the offline grants of every other sign-in.
CREATE OR REPLACE FUNCTION "change_password"(
  p_user_id text, p_old_hash text, p_new_hash text, p_kept_session_id text, p_actor text
) RETURNS SETOF revocations LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  ended text;
  nothing revocations;
BEGIN
  UPDATE users SET password_hash = p_new_hash, password_changed_at = clock_timestamp()
    WHERE id = p_user_id AND password_hash = p_old_hash AND disabled_at IS NULL;
  IF NOT FOUND THEN
    RETURN NEXT nothing;
    RETURN;
  END IF;
  PERFORM record_audit('user/password-changed', p_actor, p_user_id, '{}');
  FOR ended IN
    UPDATE sessions SET revoked_at = clock_timestamp()
      WHERE user_id = p_user_id AND id <> p_kept_session_id AND revoked_at IS NULL AND expires_at > clock_timestamp()
      RETURNING id
  LOOP
    RETURN NEXT append_revocation('session', ended, NULL, 'password-changed', p_actor, p_user_id);
  END LOOP;
  FOR ended IN
    UPDATE grants SET revoked_at = clock_timestamp()
      WHERE user_id = p_user_id AND offline AND session_id <> p_kept_session_id AND revoked_at IS NULL
        AND expires_at > clock_timestamp()
      RETURNING id
  LOOP
    RETURN NEXT append_revocation('grant', ended, NULL, 'password-changed', p_actor, p_user_id);
  END LOOP;
END $$;

-- Withdrawing a consent ends every grant that stood on it. In a function, because only a second statement, begun after the
-- user's row is locked, sees a code that was being redeemed. No row at all says that there was no consent.
CREATE FUNCTION "withdraw_consent"(p_user_id text, p_client_id text, p_reason text, p_actor text)
RETURNS SETOF revocations LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  ended text;
  nothing revocations;
BEGIN
  PERFORM 1 FROM users WHERE id = p_user_id FOR UPDATE;
  DELETE FROM consents WHERE user_id = p_user_id AND client_id = p_client_id;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM record_audit('consent/withdrawn', p_actor, p_user_id, jsonb_build_object('client', p_client_id));
  RETURN NEXT nothing;
  FOR ended IN
    UPDATE grants SET revoked_at = clock_timestamp()
      WHERE user_id = p_user_id AND client_id = p_client_id AND revoked_at IS NULL AND expires_at > clock_timestamp()
      RETURNING id
  LOOP
    RETURN NEXT append_revocation('grant', ended, NULL, p_reason, p_actor, p_user_id);
  END LOOP;
END $$;

-- Queues a logout token for every client that takes part in one of the sessions and wants to hear of its end. The clients
-- are held until the statement commits: one that is being deleted is waited for, and then gets none.
CREATE FUNCTION "queue_logout_notices"(p_session_ids text[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM 1 FROM clients c WHERE c.backchannel_logout_uri IS NOT NULL
    AND c.id IN (SELECT g.client_id FROM grants g WHERE g.session_id = ANY (p_session_ids))
    ORDER BY c.id FOR KEY SHARE OF c;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO logout_notices (client_id, session_id, subject)
  SELECT DISTINCT g.client_id, g.session_id, g.subject FROM grants g JOIN clients c ON c.id = g.client_id
    WHERE g.session_id = ANY (p_session_ids) AND c.backchannel_logout_uri IS NOT NULL;
END $$;

-- A session can end in these two ways, whoever ends it. The triggers run before the change, and so before the act's entry
-- in the journal: its head, which all acts share, is not held meanwhile, and is locked after the clients, as by the deletion
-- of a client. What was dead before is not told again.
CREATE FUNCTION "notice_session_end"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.expires_at > clock_timestamp()
    AND OLD.number >= (SELECT greatest(u.grants_cutoff, st.grants_cutoff) FROM users u CROSS JOIN service_state st
      WHERE u.id = OLD.user_id)
  THEN
    PERFORM queue_logout_notices(ARRAY[OLD.id]);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "session_ended" BEFORE UPDATE OF "revoked_at" ON "sessions"
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION "notice_session_end"();

CREATE FUNCTION "notice_cut_off"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM queue_logout_notices(ARRAY(
    SELECT s.id FROM sessions s CROSS JOIN service_state st
    WHERE s.user_id = NEW.id AND s.number >= greatest(OLD.grants_cutoff, st.grants_cutoff)
      AND s.number < NEW.grants_cutoff AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()));
  RETURN NEW;
END $$;
CREATE TRIGGER "sessions_cut_off" BEFORE UPDATE OF "grants_cutoff" ON "users"
  FOR EACH ROW WHEN (NEW.grants_cutoff > OLD.grants_cutoff) EXECUTE FUNCTION "notice_cut_off"();
