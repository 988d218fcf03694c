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
    "scopes" TEXT[],
    "audience" TEXT[],
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
