-- The service revokes a token of its own each minute to measure how fast that spreads. Such an entry ends nothing of anybody's,
-- and half a million of them would stand in the audit trail between the events that somebody looks for. The actor is what no
-- caller can be: those of the API are named client:<id>, those of the admin listener admin.
CREATE OR REPLACE FUNCTION "append_revocation"(
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
  IF p_actor <> 'countersign' OR p_reason <> 'canary' THEN
    PERFORM record_audit('revocation/' || p_target, p_actor, coalesce(p_subject, p_value),
      jsonb_build_object('seq', entry.seq, 'reason', p_reason, 'value', p_value));
  END IF;
  RETURN entry;
END $$;
