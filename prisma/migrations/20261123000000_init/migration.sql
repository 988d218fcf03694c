-- One counter orders grants and sessions: "everything before this number is dead" needs no clock.
CREATE SEQUENCE "grant_numbers" AS BIGINT MAXVALUE 281474976710655;

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT,
    "role" TEXT NOT NULL DEFAULT 'user',
    "password_hash" TEXT NOT NULL,
    "password_changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "grants_cutoff" BIGINT NOT NULL DEFAULT 0,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devices" (
    "secret_hash" BYTEA NOT NULL,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "devices_pkey" PRIMARY KEY ("secret_hash")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "number" BIGINT NOT NULL,
    "user_id" TEXT NOT NULL,
    "amr" TEXT[],
    "auth_time" TIMESTAMPTZ(3) NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clients" (
    "id" TEXT NOT NULL,
    "tag" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "secret_hash" BYTEA,
    "auth_methods" TEXT[],
    "grant_types" TEXT[],
    "scopes" TEXT[],
    "audience" TEXT[],
    "redirect_uris" TEXT[],
    "grants_cutoff" BIGINT NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "grants" (
    "id" TEXT NOT NULL,
    "number" BIGINT NOT NULL,
    "user_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "scopes" TEXT[],
    "audience" TEXT[],
    "key_binding" TEXT,
    "secret" BYTEA NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "mac_kid" TEXT NOT NULL,
    "rotations" TIMESTAMPTZ(6)[] DEFAULT ARRAY[]::TIMESTAMPTZ(6)[],
    "origin" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "idle_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "keys" (
    "kid" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "algorithm" TEXT NOT NULL,
    "public_jwk" JSONB,
    "sealed" BYTEA NOT NULL,
    "sealed_with" TEXT NOT NULL,
    "active_from" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "keys_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "revocations" (
    "seq" BIGINT NOT NULL,
    "target" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "cutoff" BIGINT,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "revocations_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "journal_head" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "journal_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_state" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "clients_version" BIGINT NOT NULL DEFAULT 0,
    "keys_version" BIGINT NOT NULL DEFAULT 0,
    "grants_cutoff" BIGINT NOT NULL DEFAULT 0,
    "access_token_lifetime" INTEGER NOT NULL DEFAULT 0,
    "former_lifetime_until" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01 00:00:00 +00:00',

    CONSTRAINT "service_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE INDEX "devices_user_id_last_used_at_idx" ON "devices"("user_id", "last_used_at");
CREATE UNIQUE INDEX "sessions_number_key" ON "sessions"("number");
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");
CREATE UNIQUE INDEX "clients_tag_key" ON "clients"("tag");
CREATE UNIQUE INDEX "grants_number_key" ON "grants"("number");
CREATE UNIQUE INDEX "grants_origin_key" ON "grants"("origin");
CREATE INDEX "grants_user_id_idx" ON "grants"("user_id");
CREATE INDEX "grants_session_id_idx" ON "grants"("session_id");
CREATE INDEX "grants_client_id_idx" ON "grants"("client_id");
CREATE INDEX "grants_expires_at_idx" ON "grants"("expires_at");
CREATE UNIQUE INDEX "keys_purpose_position_key" ON "keys"("purpose", "position");
CREATE INDEX "revocations_target_value_idx" ON "revocations"("target", "value");
CREATE INDEX "revocations_ends_at_idx" ON "revocations"("ends_at");
CREATE INDEX "audit_events_at_idx" ON "audit_events"("at");
CREATE INDEX "audit_events_subject_idx" ON "audit_events"("subject");

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "grants" ADD CONSTRAINT "grants_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "grants" ADD CONSTRAINT "grants_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "grants" ADD CONSTRAINT "grants_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The rotation is an update of columns without an index: room on the page keeps it a heap-only update.
ALTER TABLE "grants" SET (fillfactor = 70);

-- One row each, there from the start, never a second.
ALTER TABLE "journal_head" ADD CONSTRAINT "journal_head_one_row" CHECK ("id");
ALTER TABLE "service_state" ADD CONSTRAINT "service_state_one_row" CHECK ("id");
INSERT INTO "journal_head" ("seq", "hash") VALUES (0, sha256(gen_random_uuid()::text::bytea));
INSERT INTO "service_state" DEFAULT VALUES;

-- Change counters: whoever changes a client or a key, every instance notices when it next reads
-- service_state.
CREATE FUNCTION "count_client_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE service_state SET clients_version = clients_version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER "clients_changed" AFTER INSERT OR UPDATE OR DELETE ON "clients"
  FOR EACH STATEMENT EXECUTE FUNCTION "count_client_change"();

CREATE FUNCTION "count_key_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE service_state SET keys_version = keys_version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER "keys_changed" AFTER INSERT OR UPDATE OR DELETE ON "keys"
  FOR EACH STATEMENT EXECUTE FUNCTION "count_key_change"();

-- The moment after which no access token that exists now can be alive: the longest lifetime in force, and a
-- minute for clocks that differ.
CREATE FUNCTION "last_token_ends"() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT greatest(clock_timestamp() + make_interval(secs => access_token_lifetime), former_lifetime_until)
    + interval '60 seconds' FROM service_state
$$;

CREATE FUNCTION "record_audit"(p_kind text, p_actor text, p_subject text, p_details jsonb) RETURNS void
LANGUAGE sql VOLATILE AS $$
  INSERT INTO audit_events (kind, actor, subject, details) VALUES (p_kind, p_actor, p_subject, p_details)
$$;

-- The only writer of the journal, called as the last step of the statement that ends something. Locking the
-- head row until that statement commits makes the sequence gap-free in commit order; the running hash tells a
-- restored journal from the one that readers had followed.
CREATE FUNCTION "append_revocation"(
  p_target text, p_value text, p_cutoff bigint, p_reason text, p_actor text, p_subject text DEFAULT NULL
) RETURNS revocations LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head journal_head;
  entry revocations;
  ends timestamptz(3) := last_token_ends();
BEGIN
  SELECT * INTO STRICT head FROM journal_head FOR UPDATE;
  INSERT INTO revocations (seq, target, value, cutoff, reason, actor, ends_at, created_at, hash)
  VALUES (
    head.seq + 1, p_target, p_value, p_cutoff, p_reason, p_actor, ends, clock_timestamp(),
    sha256(head.hash || convert_to(concat_ws(' ', head.seq + 1, p_target, p_value, coalesce(p_cutoff, 0),
      floor(extract(epoch FROM ends) * 1000)::bigint), 'UTF8'))
  ) RETURNING * INTO entry;
  UPDATE journal_head SET seq = entry.seq, hash = entry.hash;
  PERFORM record_audit('revocation/' || p_target, p_actor, coalesce(p_subject, p_value),
    jsonb_build_object('seq', entry.seq, 'reason', p_reason, 'value', p_value));
  RETURN entry;
END $$;

-- One token is ended once: the head is locked before the look, so that of two calls the later sees the
-- earlier's entry.
CREATE FUNCTION "revoke_token"(p_jti text, p_reason text, p_actor text) RETURNS revocations
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  entry revocations;
BEGIN
  PERFORM 1 FROM journal_head FOR UPDATE;
  SELECT * INTO entry FROM revocations WHERE target = 'token' AND value = p_jti ORDER BY seq LIMIT 1;
  IF NOT FOUND THEN
    entry := append_revocation('token', p_jti, NULL, p_reason, p_actor);
  END IF;
  RETURN entry;
END $$;

-- A grant's id: its number in the leading 48 bits, 80 random bits behind (src/protocol/identifiers.ts reads
-- it).
CREATE FUNCTION "grant_id"(p_number bigint, p_random bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT rtrim(translate(encode(substring(int8send(p_number) FROM 3) || p_random, 'base64'), '+/', '-_'), '=')
$$;

-- A new password ends every other session of the user. In a function, because only a second statement, begun
-- after the user's row is locked, sees a sign-in that was under way with the old password. One row of nulls
-- says that the old hash is no longer the stored one and nothing was done.
CREATE FUNCTION "change_password"(
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
END $$;

-- The client that first-party sign-in uses. It has no grant type at the token endpoint: its refresh tokens
-- work only under /api/auth.
INSERT INTO "clients" ("id", "tag", "name", "auth_methods", "grant_types", "scopes", "audience", "redirect_uris", "grants_cutoff")
VALUES ('countersign', translate(encode(substring(sha256('countersign'::bytea) FROM 1 FOR 12), 'base64'), '+/', '-_'),
  'Countersign', '{none}', '{}', '{}', '{}', '{}', nextval('grant_numbers'));
