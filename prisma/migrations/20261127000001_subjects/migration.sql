-- Ends a user under every name that a token may carry: the id, and each pairwise subject with a grant. A function, because
-- only a second statement, begun after the user's row is locked, sees a code that was being redeemed.
CREATE FUNCTION "end_subjects"(p_user_id text, p_cutoff bigint, p_reason text, p_actor text)
RETURNS SETOF revocations LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  pairwise text;
BEGIN
  RETURN NEXT append_revocation('user', p_user_id, p_cutoff, p_reason, p_actor);
  FOR pairwise IN
    SELECT DISTINCT subject FROM grants WHERE user_id = p_user_id AND subject <> p_user_id AND revoked_at IS NULL
      ORDER BY subject
  LOOP
    RETURN NEXT append_revocation('user', pairwise, p_cutoff, p_reason, p_actor, p_user_id);
  END LOOP;
END $$;
