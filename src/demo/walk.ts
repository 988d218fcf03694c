/**
 * A walk through the service to paste into a shell: plain bash or zsh with curl and node. The credentials are
 * read from the file at each step, so that none is in the shell's history. No `!` and no comments: an
 * interactive shell would trip on them.
 */
export function renderWalk({ issuer, demoFile }: { issuer: string; demoFile: string }): string {
  return `ISSUER=${quote(issuer)}
DEMO=${quote(demoFile)}
pick() { node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8"))[process.argv[1]]' "$1"; }
demo() { node -pe 'with (require(process.argv[1])) '"$1" "$DEMO"; }
post() { curl -sS "$ISSUER$1" -H 'content-type: application/json' -H "authorization: Bearer $ACCESS" -d @-; echo; }

echo '1. Sign in'; ACCESS=
LOGIN=$(demo 'JSON.stringify({ email, password, refreshTokenIn: "body" })' | post /api/auth/login)
ACCESS=$(echo "$LOGIN" | pick accessToken); REFRESH=$(echo "$LOGIN" | pick refreshToken)

echo '2. Call with the access token'
curl -sS "$ISSUER/api/auth/me" -H "authorization: Bearer $ACCESS"; echo

echo '3. Refresh'
REFRESHED=$(echo "{\\"refreshToken\\":\\"$REFRESH\\"}" | post /api/auth/refresh)
ACCESS=$(echo "$REFRESHED" | pick accessToken); REFRESH=$(echo "$REFRESHED" | pick refreshToken)

echo '4. Log out'; SPENT=$ACCESS
echo '{}' | post /api/auth/logout

echo '5. See the access token revoked: here, and as a service sees it'
curl -sS "$ISSUER/api/auth/me" -H "authorization: Bearer $SPENT"; echo
CLIENT=$(demo 'clientId + ":" + clientSecret')
ACCESS=$(curl -sS "$ISSUER/oauth/token" -u "$CLIENT" -d grant_type=client_credentials | pick access_token)
echo "{\\"tokens\\":[\\"$SPENT\\"]}" | post /revocations/lookup
`
}

/** As one word of a shell. */
export const quote = (text: string): string =>
  /^[A-Za-z0-9_./:[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
