-- An attempt is written down before it happens: its outcome is 'begun' until it is over, and stays so when a crash ends it.

ALTER TABLE ledger_entry ADD COLUMN address  TEXT;
-- What it was for, as ids; none of them is a foreign key, because brands, runs and documents go while the ledger stays.
ALTER TABLE ledger_entry ADD COLUMN brand    TEXT;
ALTER TABLE ledger_entry ADD COLUMN run      TEXT;
ALTER TABLE ledger_entry ADD COLUMN document TEXT;
