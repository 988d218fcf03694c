"""Which tokens are revoked, as docs/revocation-feed.md says, wherever the entries come from."""
import hashlib
import re
import struct

from jwt.utils import base64url_decode, base64url_encode

# By kind: the claim that has the value, and the shape of the values that lend their own bits.
KINDS = {1: ('jti', r'([\w-]{22})\.([\w-]{12})'), 2: ('grant_id', r'([\w-]{22})'),
         3: ('sid', r'([\w-]{22})'), 4: ('sub', r'(?:usr|pws)_([\w-]{22})'),
         5: ('client_id', r'(?!)'), 6: ('kid', r'([\w-]{43})')}


class View:
    """All live revocations. One thread changes it; any number may ask meanwhile."""

    def __init__(self, point=None, entries=b''):
        # Where there is no point, a snapshot is needed. The table is proven to be whole up to that monotonic time.
        self.point, self.table, self.proven_at = point, {}, float('-inf')
        self.add(entries)

    def add(self, entries):
        for key, cutoff, end in struct.iter_unpack('>13s6sI', entries):  # `key`: the kind before the key
            row = int.from_bytes(cutoff, 'big') or float('inf'), end  # 0 covers everything
            self.table[key] = tuple(map(max, row, self.table.get(key, row)))

    def covers(self, token):
        """Whether a token (its claims and its `kid`), which is good otherwise, is revoked."""
        keys = [key_of(kind, token[name]) for kind, (name, _) in KINDS.items() if name in token]
        # The last one is the issuer's, and covers everybody.
        return number_of(token['jti']) < max(self.table.get(key, (-1, 0))[0] for key in [*keys, b'\7' + bytes(12)])


def read_snapshot(body):
    magic, version, size, _, seq, journal_hash, count = struct.unpack_from('>4sBBHQ12sI', body)
    if (magic, version, size, len(body)) != (b'CSRV', 1, 23, 32 + count * 23):
        raise ValueError('this is not a whole snapshot of version 1')
    return View(f'{seq}.{base64url_encode(journal_hash).decode()}', body[32:])


def key_of(kind, value):
    if own := re.fullmatch(KINDS[kind][1], value, re.ASCII):
        return bytes([kind]) + b''.join(map(base64url_decode, own.groups()))[-12:]
    return bytes([kind]) + hashlib.sha256(value.encode()).digest()[:12]


def number_of(jti):
    """What cut-offs are compared with; -1, below all of them, for a jti of neither shape."""
    if own := re.fullmatch(KINDS[1][1], jti, re.ASCII):
        return int.from_bytes(base64url_decode(own[1])[:6], 'big')
    counted = re.fullmatch(r'c\.[\w-]{16}\.(0|[1-9]\d{0,14})\.[\w-]{12}', jti, re.ASCII)
    return int(counted[1]) if counted else -1
