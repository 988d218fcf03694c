-- One token is ended once: the head is locked before the look, so that of two calls the later sees the earlier's entry.
-- Where its grant is for an API with a status list, whose places are those of grants, the grant is ended instead.
CREATE OR REPLACE FUNCTION "revoke_token"(p_jti text, p_reason text, p_actor text) RETURNS revocations
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  entry revocations;
  grant_of_token text := substring(p_jti FROM '^([A-Za-z0-9_-]{22})[.][A-Za-z0-9_-]{12}$');
  user_of_grant text;
BEGIN
  IF grant_of_token IS NOT NULL AND EXISTS (
    SELECT 1 FROM grants g JOIN apis a ON a.identifier = ANY(g.audience) WHERE g.id = grant_of_token AND a.status_list
  ) THEN
    UPDATE grants SET revoked_at = clock_timestamp() WHERE id = grant_of_token AND revoked_at IS NULL
      RETURNING user_id INTO user_of_grant;
    IF FOUND THEN
      RETURN append_revocation('grant', grant_of_token, NULL, p_reason, p_actor, user_of_grant);
    END IF;
    SELECT * INTO entry FROM revocations WHERE target = 'grant' AND value = grant_of_token ORDER BY seq LIMIT 1;
    IF FOUND THEN
      RETURN entry;
    END IF;
  END IF;
  PERFORM 1 FROM journal_head FOR UPDATE;
  SELECT * INTO entry FROM revocations WHERE target = 'token' AND value = p_jti ORDER BY seq LIMIT 1;
  IF NOT FOUND THEN
    entry := append_revocation('token', p_jti, NULL, p_reason, p_actor);
  END IF;
  RETURN entry;
END $$;
