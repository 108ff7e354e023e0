-- The first schema. Text is UTF-8; times are Unix seconds, microseconds where the name ends in _us.
-- The last column of every table is a sum over its name and all other columns (sums.c); columns.h has
-- the same columns in the same order. A later step that changes a table's columns makes it anew.
-- A row whose sum does not hold is not changed: the change would write a sum that does.

-- What the server remembers by name.
CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum('state', key, value)) STORED
) STRICT, WITHOUT ROWID;
CREATE TRIGGER state_holds BEFORE UPDATE ON state
WHEN OLD.sum IS NOT row_sum(
    'state', OLD.key, OLD.value)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;

-- Who may log in: cameras under their id, people under their name.
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> ''), -- as in the SAN of the certificate
    role INTEGER NOT NULL, -- enum store_role
    closed INTEGER NOT NULL, -- 0 or 1
    holder INTEGER REFERENCES account (id), -- of a camera: whose it is
    lease_s INTEGER NOT NULL, -- how long a lease of this account runs
    label TEXT NOT NULL, -- for people; never shown to strangers
    secret_kind INTEGER NOT NULL, -- enum store_secret
    secret BLOB NOT NULL, -- what a password is checked against
    created_at INTEGER NOT NULL,
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'account', id, name, role, closed, holder, lease_s, label, secret_kind, secret,
        created_at)) STORED
) STRICT;
CREATE TRIGGER account_holds BEFORE UPDATE ON account
WHEN OLD.sum IS NOT row_sum(
    'account', OLD.id, OLD.name, OLD.role, OLD.closed, OLD.holder, OLD.lease_s, OLD.label,
    OLD.secret_kind, OLD.secret, OLD.created_at)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE INDEX account_role ON account (role, closed);
CREATE INDEX account_holder ON account (holder) WHERE holder IS NOT NULL;

-- One-use tokens that open the enrolment.
CREATE TABLE invitation (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    role INTEGER NOT NULL,
    name TEXT NOT NULL, -- the only name that may use it; '' for any
    holder INTEGER REFERENCES account (id), -- of the camera that will be
    lease_s INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL, -- 0: not yet
    used_by INTEGER REFERENCES account (id),
    withdrawn_at INTEGER NOT NULL, -- 0: not
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'invitation', id, role, name, holder, lease_s, created_by, created_at, expires_at,
        used_at, used_by, withdrawn_at)) STORED
) STRICT;
CREATE TRIGGER invitation_holds BEFORE UPDATE ON invitation
WHEN OLD.sum IS NOT row_sum(
    'invitation', OLD.id, OLD.role, OLD.name, OLD.holder, OLD.lease_s, OLD.created_by,
    OLD.created_at, OLD.expires_at, OLD.used_at, OLD.used_by, OLD.withdrawn_at)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE INDEX invitation_open ON invitation (created_at) WHERE used_at = 0 AND withdrawn_at = 0;

-- Every certificate that was issued or accepted.
CREATE TABLE certificate (
    id INTEGER PRIMARY KEY,
    account INTEGER REFERENCES account (id), -- NULL: an authority's
    kind INTEGER NOT NULL, -- enum store_certificate_kind
    serial BLOB NOT NULL, -- as in the certificate, without sign
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of the DER
    key BLOB NOT NULL CHECK (length(key) = 32), -- SHA-256 of the SubjectPublicKeyInfo
    ski BLOB NOT NULL CHECK (length(ski) = 20), -- SHA-1 of the subject key identifier, for RFC 4387
    issuer BLOB NOT NULL CHECK (length(issuer) = 20), -- SHA-1 of the issuer's name, for RFC 4387
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    previous INTEGER REFERENCES certificate (id), -- the one that it succeeds
    log_idx INTEGER, -- its entry in the log
    revoked_at INTEGER NOT NULL, -- from when on it is not believed; 0: not revoked
    reason INTEGER NOT NULL, -- of the revocation, as in RFC 5280
    recorded_at INTEGER NOT NULL, -- when the revocation was written down
    der BLOB NOT NULL,
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'certificate', id, account, kind, serial, sha256, key, ski, issuer, not_before,
        not_after, issued_at, previous, log_idx, revoked_at, reason, recorded_at, der)) STORED
) STRICT;
CREATE TRIGGER certificate_holds BEFORE UPDATE ON certificate
WHEN OLD.sum IS NOT row_sum(
    'certificate', OLD.id, OLD.account, OLD.kind, OLD.serial, OLD.sha256, OLD.key, OLD.ski,
    OLD.issuer, OLD.not_before, OLD.not_after, OLD.issued_at, OLD.previous, OLD.log_idx,
    OLD.revoked_at, OLD.reason, OLD.recorded_at, OLD.der)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE UNIQUE INDEX certificate_serial ON certificate (issuer, serial);
CREATE INDEX certificate_account ON certificate (account, not_before);
CREATE INDEX certificate_key ON certificate (key);
CREATE INDEX certificate_ski ON certificate (ski);
CREATE INDEX certificate_kind ON certificate (kind) WHERE kind > 1;
CREATE INDEX certificate_revoked ON certificate (recorded_at) WHERE revoked_at <> 0;

-- Periods in which an account is licensed; the last one counts.
CREATE TABLE lease (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    holder INTEGER REFERENCES account (id), -- whose camera it is in this period
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL, -- moves with each renewal
    grace_s INTEGER NOT NULL,
    ended INTEGER NOT NULL, -- enum store_lease_end
    ended_at INTEGER NOT NULL, -- from when on; 0 while not ended
    recorded_at INTEGER NOT NULL, -- when the last change was written down
    renewals INTEGER NOT NULL,
    reason TEXT NOT NULL,
    log_idx INTEGER, -- the log entry of the last change
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'lease', id, account, holder, starts_at, ends_at, grace_s, ended, ended_at, recorded_at,
        renewals, reason, log_idx)) STORED
) STRICT;
CREATE TRIGGER lease_holds BEFORE UPDATE ON lease
WHEN OLD.sum IS NOT row_sum(
    'lease', OLD.id, OLD.account, OLD.holder, OLD.starts_at, OLD.ends_at, OLD.grace_s,
    OLD.ended, OLD.ended_at, OLD.recorded_at, OLD.renewals, OLD.reason, OLD.log_idx)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE INDEX lease_account ON lease (account, starts_at);
CREATE UNIQUE INDEX lease_current ON lease (account) WHERE ended <> 2; -- not those that were transferred
CREATE INDEX lease_ends ON lease (ends_at) WHERE ended = 0;

-- Bodies: files under their hash.
CREATE TABLE blob (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    size INTEGER NOT NULL,
    sums BLOB NOT NULL, -- one of each piece, see blob.h
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum('blob', id, hash, size, sums)) STORED
) STRICT;
CREATE TRIGGER blob_stays BEFORE UPDATE ON blob BEGIN SELECT RAISE(ABORT, 'never changed'); END;

-- What was received, under the id that its signer gave it.
CREATE TABLE object (
    id INTEGER PRIMARY KEY,
    oid BLOB NOT NULL UNIQUE CHECK (length(oid) = 32),
    account INTEGER NOT NULL REFERENCES account (id), -- who signed and sent it
    certificate INTEGER REFERENCES certificate (id), -- that it was signed with
    kind INTEGER NOT NULL, -- enum store_object_kind
    state INTEGER NOT NULL, -- enum store_object_state
    media_type TEXT NOT NULL,
    name TEXT NOT NULL, -- as sent; a hint, never a path
    frame_first INTEGER, -- both or none
    frame_last INTEGER,
    previous BLOB, -- SHA-256 that its capture names as the one before
    commitment BLOB, -- commit of the open entry, when sealed
    first_tick BLOB, -- digest in its first tick
    captured_us INTEGER, -- as the signer says
    received_us INTEGER NOT NULL, -- of the first version
    version INTEGER NOT NULL, -- number of the newest, from 1
    head BLOB NOT NULL CHECK (length(head) = 32), -- ledger head of the newest; zeros without a ledger
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'object', id, oid, account, certificate, kind, state, media_type, name, frame_first,
        frame_last, previous, commitment, first_tick, captured_us, received_us, version,
        head)) STORED
) STRICT;
CREATE TRIGGER object_holds BEFORE UPDATE ON object
WHEN OLD.sum IS NOT row_sum(
    'object', OLD.id, OLD.oid, OLD.account, OLD.certificate, OLD.kind, OLD.state,
    OLD.media_type, OLD.name, OLD.frame_first, OLD.frame_last, OLD.previous, OLD.commitment,
    OLD.first_tick, OLD.captured_us, OLD.received_us, OLD.version, OLD.head)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE INDEX object_frames ON object (account, frame_first) WHERE frame_first IS NOT NULL;
CREATE INDEX object_first_tick ON object (first_tick) WHERE first_tick IS NOT NULL;
CREATE INDEX object_account ON object (account, received_us);
CREATE INDEX object_state ON object (state) WHERE state <> 1;

-- What of an object was received when; a longer one never replaces a shorter.
CREATE TABLE version (
    id INTEGER PRIMARY KEY,
    object INTEGER NOT NULL REFERENCES object (id),
    number INTEGER NOT NULL,
    body BLOB NOT NULL REFERENCES blob (hash),
    size INTEGER NOT NULL, -- of the body
    ledger BLOB REFERENCES blob (hash),
    head BLOB NOT NULL CHECK (length(head) = 32),
    salt BLOB NOT NULL CHECK (length(salt) = 32), -- of the leaf in the log
    log_idx INTEGER NOT NULL,
    received_us INTEGER NOT NULL,
    clock_offset_us INTEGER, -- the sender's clock against ours
    origin TEXT NOT NULL, -- address that it came from
    token BLOB NOT NULL, -- time-stamp; empty: none
    receipt BLOB NOT NULL, -- empty: not yet made
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'version', id, object, number, body, size, ledger, head, salt, log_idx, received_us,
        clock_offset_us, origin, token, receipt)) STORED
) STRICT;
CREATE TRIGGER version_holds BEFORE UPDATE ON version
WHEN OLD.sum IS NOT row_sum(
    'version', OLD.id, OLD.object, OLD.number, OLD.body, OLD.size, OLD.ledger, OLD.head,
    OLD.salt, OLD.log_idx, OLD.received_us, OLD.clock_offset_us, OLD.origin, OLD.token,
    OLD.receipt)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE UNIQUE INDEX version_number ON version (object, number);
CREATE INDEX version_body ON version (body);
CREATE INDEX version_unreceipted ON version (id) WHERE receipt = x'';
CREATE INDEX version_ledger ON version (ledger) WHERE ledger IS NOT NULL;

-- What is still arriving.
CREATE TABLE upload (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    account INTEGER NOT NULL REFERENCES account (id),
    door INTEGER NOT NULL, -- enum store_door
    state INTEGER NOT NULL, -- enum store_upload_state
    length INTEGER, -- NULL: not known yet
    offset INTEGER NOT NULL, -- bytes that are on stable storage
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    oid BLOB, -- what it became
    reason TEXT NOT NULL, -- why it was refused
    metadata BLOB NOT NULL, -- as sent
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'upload', id, account, door, state, length, offset, name, origin, created_at,
        updated_at, expires_at, oid, reason, metadata)) STORED
) STRICT;
CREATE TRIGGER upload_holds BEFORE UPDATE ON upload
WHEN OLD.sum IS NOT row_sum(
    'upload', OLD.id, OLD.account, OLD.door, OLD.state, OLD.length, OLD.offset, OLD.name,
    OLD.origin, OLD.created_at, OLD.updated_at, OLD.expires_at, OLD.oid, OLD.reason,
    OLD.metadata)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE INDEX upload_open ON upload (expires_at) WHERE state = 1;

-- The transparency log; the tiles are made from it.
CREATE TABLE log_entry (
    idx INTEGER PRIMARY KEY, -- from 0, without gaps
    at INTEGER NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32), -- SHA-256(00 || entry), RFC 6962
    entry BLOB NOT NULL,
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum('log_entry', idx, at, leaf, entry)) STORED
) STRICT;
CREATE TRIGGER log_entry_stays BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'never changed'); END;

-- Who did what with an object; a chain for each.
CREATE TABLE custody (
    id INTEGER PRIMARY KEY,
    oid BLOB NOT NULL CHECK (length(oid) = 32),
    seq INTEGER NOT NULL, -- from 1, without gaps
    at_us INTEGER NOT NULL,
    zone_min INTEGER NOT NULL, -- minutes east of UTC on the clock of the place
    actor TEXT NOT NULL, -- who
    action TEXT NOT NULL, -- what
    origin TEXT NOT NULL, -- from where
    authority TEXT NOT NULL, -- why he may
    result TEXT NOT NULL,
    detail TEXT NOT NULL,
    before BLOB, -- hash of what it was
    after BLOB, -- hash of what it became
    previous BLOB NOT NULL CHECK (length(previous) = 32), -- hash of the entry before; zeros in the first
    hash BLOB NOT NULL CHECK (length(hash) = 32), -- of this entry, see custody.h
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'custody', id, oid, seq, at_us, zone_min, actor, action, origin, authority, result,
        detail, before, after, previous, hash)) STORED
) STRICT;
CREATE TRIGGER custody_stays BEFORE UPDATE ON custody BEGIN SELECT RAISE(ABORT, 'never changed'); END;
CREATE UNIQUE INDEX custody_place ON custody (oid, seq);

-- Where each chain ends, so that a missing end is seen.
CREATE TABLE custody_head (
    oid BLOB NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum('custody_head', oid, seq, hash)) STORED
) STRICT, WITHOUT ROWID;
CREATE TRIGGER custody_head_holds BEFORE UPDATE ON custody_head
WHEN OLD.sum IS NOT row_sum(
    'custody_head', OLD.oid, OLD.seq, OLD.hash)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;

-- Who failed to log in, and until when he is not heard.
CREATE TABLE ban (
    source TEXT NOT NULL, -- address, or the /64 of one; '' for the account alone
    account TEXT NOT NULL, -- name that was tried; '' when there is no such account
    failures INTEGER NOT NULL, -- since first_at
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    strikes INTEGER NOT NULL, -- bans so far
    until INTEGER NOT NULL, -- 0: not banned
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'ban', source, account, failures, first_at, last_at, strikes, until)) STORED,
    PRIMARY KEY (source, account)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER ban_holds BEFORE UPDATE ON ban
WHEN OLD.sum IS NOT row_sum(
    'ban', OLD.source, OLD.account, OLD.failures, OLD.first_at, OLD.last_at, OLD.strikes,
    OLD.until)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE INDEX ban_age ON ban (last_at);

-- What somebody must look at.
CREATE TABLE alarm (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account INTEGER REFERENCES account (id),
    oid BLOB,
    origin TEXT NOT NULL,
    text TEXT NOT NULL,
    closed_at INTEGER NOT NULL, -- 0: open
    closed_by TEXT NOT NULL,
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'alarm', id, at, kind, account, oid, origin, text, closed_at, closed_by)) STORED
) STRICT;
CREATE TRIGGER alarm_holds BEFORE UPDATE ON alarm
WHEN OLD.sum IS NOT row_sum(
    'alarm', OLD.id, OLD.at, OLD.kind, OLD.account, OLD.oid, OLD.origin, OLD.text,
    OLD.closed_at, OLD.closed_by)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
CREATE INDEX alarm_open ON alarm (id) WHERE closed_at = 0;

-- When an account was last heard of, and how its clock went.
CREATE TABLE contact (
    account INTEGER PRIMARY KEY REFERENCES account (id),
    at_us INTEGER NOT NULL,
    origin TEXT NOT NULL,
    clock_offset_us INTEGER, -- its clock minus ours; NULL: not told
    queued INTEGER, -- what it still has to send; NULL: not told
    sum BLOB NOT NULL GENERATED ALWAYS AS (row_sum(
        'contact', account, at_us, origin, clock_offset_us, queued)) STORED
) STRICT;
CREATE TRIGGER contact_holds BEFORE UPDATE ON contact
WHEN OLD.sum IS NOT row_sum(
    'contact', OLD.account, OLD.at_us, OLD.origin, OLD.clock_offset_us, OLD.queued)
BEGIN SELECT RAISE(ABORT, 'the row is damaged'); END;
