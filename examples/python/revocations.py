"""Which tokens are revoked, as docs/revocation-feed.md says. Knows nothing of where the entries come from."""
import base64
import hashlib
import math
import re
import struct

HEADER = struct.Struct('>4sBBHQ12sI')
ENTRY = struct.Struct('>B12s6sI')
B64 = '[A-Za-z0-9_-]'
# Kind: the claim that has the value, and the shape of the identifiers that lend their own bits (a client's never does).
KINDS = {
    1: ('jti', rf'({B64}{{22}})\.({B64}{{12}})'),
    2: ('grant_id', rf'({B64}{{22}})'),
    3: ('sid', rf'({B64}{{22}})'),
    4: ('sub', rf'(?:usr|pws)_({B64}{{22}})'),
    5: ('client_id', '(?!)'),
    6: ('kid', rf'({B64}{{43}})'),
}
ISSUER = (7, bytes(12))


class View:
    """All live revocations as of a point of the journal. One thread adds; any number may ask meanwhile."""

    def __init__(self, snapshot):
        magic, version, entry_size, _, seq, journal_hash, count = HEADER.unpack_from(snapshot)
        if (magic, version, entry_size) != (b'CSRV', 1, ENTRY.size):
            raise ValueError('this is not a snapshot of version 1')
        if len(snapshot) != HEADER.size + count * ENTRY.size:
            raise ValueError('the snapshot has not arrived whole')
        self.point = f'{seq}.{encode(journal_hash)}'
        self.table = {}
        self.add(snapshot[HEADER.size:])
        # The monotonic time up to which the table is known to be complete: a snapshot alone proves nothing.
        self.proven_at = -math.inf

    @property
    def seq(self):
        return int(self.point.partition('.')[0])

    def add(self, entries):
        for kind, key, cutoff, end in ENTRY.iter_unpack(entries):
            cutoff = int.from_bytes(cutoff, 'big') or math.inf  # 0 covers everything
            known_cutoff, known_end = self.table.get((kind, key), (0, 0))
            self.table[kind, key] = max(cutoff, known_cutoff), max(end, known_end)

    def covers(self, claims, kid):
        """Whether this token, which has been verified otherwise, is revoked."""
        values, number = {**claims, 'kid': kid}, number_of(claims['jti'])
        keys = [(kind, key_of(kind, values[name])) for kind, (name, _) in KINDS.items() if name in values]
        return any(number < self.table[key][0] for key in [*keys, ISSUER] if key in self.table)

    def forget_expired(self, now):
        """`now` in seconds since 1970."""
        self.table = {key: (cutoff, end) for key, (cutoff, end) in self.table.items() if end + 60 >= now}


def key_of(kind, value):
    shape = re.fullmatch(KINDS[kind][1], value)
    return b''.join(map(decode, shape.groups()))[-12:] if shape else hashlib.sha256(value.encode()).digest()[:12]


def number_of(jti):
    """What cut-offs are compared with; -1, which is below all of them, when the jti has neither shape."""
    if shape := re.fullmatch(KINDS[1][1], jti):
        return int.from_bytes(decode(shape[1])[:6], 'big')
    shape = re.fullmatch(rf'c\.{B64}{{16}}\.(0|[1-9][0-9]{{0,14}})\.{B64}{{12}}', jti)
    return int(shape[1]) if shape else -1


def decode(text):
    """base64url without padding. Like Python's own it overlooks what does not belong there."""
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b'=').decode()
