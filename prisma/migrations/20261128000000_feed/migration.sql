-- AlterTable
ALTER TABLE "apis" ADD COLUMN     "status_list" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "service_state" ADD COLUMN     "canary_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01 00:00:00 +00:00';

-- CreateTable
CREATE TABLE "verifiers" (
    "client_id" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "kids" TEXT[],
    "max_staleness" DOUBLE PRECISION,
    "when_stale" TEXT,
    "subscribed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "acknowledged_at" TIMESTAMPTZ(3),
    "sequences" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "times" TIMESTAMPTZ(3)[] DEFAULT ARRAY[]::TIMESTAMPTZ(3)[],

    CONSTRAINT "verifiers_pkey" PRIMARY KEY ("client_id","instance")
);

-- CreateTable
CREATE TABLE "ended_numbers" (
    "number" BIGINT NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ended_numbers_pkey" PRIMARY KEY ("number")
);

-- CreateIndex
CREATE INDEX "ended_numbers_ends_at_idx" ON "ended_numbers"("ends_at");

-- AddForeignKey
ALTER TABLE "verifiers" ADD CONSTRAINT "verifiers_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The status of a grant whose row goes (its user or client was deleted) stays "invalid" until its last token has expired.
CREATE FUNCTION "keep_ended_number"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ended_numbers (number, ends_at) VALUES (OLD.number, last_token_ends()) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER "grant_deleted" AFTER DELETE ON "grants"
  FOR EACH ROW EXECUTE FUNCTION "keep_ended_number"();
