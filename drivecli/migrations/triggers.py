"""The triggers that note every changed row, by whichever way it was changed, for both engines.

They are made anew after every step of the schema: a table that is rebuilt loses them.
"""

from typing import TYPE_CHECKING

from drivecli import audit, images

if TYPE_CHECKING:
    from drivecli.db import Connection

PREFIX = "audit_"
SEALED = "what is on record is never changed or removed"
OUT_OF_TURN = "an entry follows the last one"


def take_away(db: "Connection") -> None:
    """Remove all of them, so that tables may be rebuilt."""
    if db.is_postgres:
        found = db.run(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE starts_with(t.tgname, :prefix) AND c.relnamespace = CAST(current_schema() AS regnamespace)",
            prefix=PREFIX,
        ).fetchall()
        for name, table in found:
            db.run(f"DROP TRIGGER {name} ON {table}")
        return
    found = db.run("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in found:
        db.run(f"DROP TRIGGER {name}")


def put_on(db: "Connection") -> None:
    """Make them on every table that is watched. None may be there."""
    for statement in _of_postgres(db) if db.is_postgres else _of_file(db):
        db.raw.execute(statement)


def _of_file(db: "Connection") -> list[str]:
    made = []
    for table in images.watched(db):
        columns = images.columns(db, table)
        new_key, old_key = (
            " || '/' || ".join(f"{row}.{name}" for name in images.key_of(table)) for row in ("NEW", "OLD")
        )
        old = ", ".join(f"'{name}', OLD.{name}" for name in columns)
        added = f"INSERT INTO unsealed (tbl, pk, op) VALUES ('{table}', {new_key}, 'I')"
        changed, removed = (
            f"INSERT INTO unsealed (tbl, pk, op, old) VALUES ('{table}', {old_key}, '{op}', json_object({old}))"
            for op in "UD"
        )
        made += [
            f"CREATE TRIGGER {PREFIX}{table}_added AFTER INSERT ON {table} BEGIN {added}; END",
            f"CREATE TRIGGER {PREFIX}{table}_changed AFTER UPDATE OF {', '.join(columns)} ON {table}"
            f" BEGIN {changed}; END",
            f"CREATE TRIGGER {PREFIX}{table}_removed AFTER DELETE ON {table} BEGIN {removed}; END",
        ]
    for table in images.SEALED_TABLES:
        for act in ("UPDATE", "DELETE"):
            made.append(
                f"CREATE TRIGGER {PREFIX}{table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
            )
    made.append(
        f"CREATE TRIGGER {PREFIX}audit_event_in_turn BEFORE INSERT ON audit_event"
        f" WHEN NEW.seq <> {audit.NEXT_SEQ} OR NEW.prev IS NOT {audit.LAST_HASH}"
        f" BEGIN SELECT RAISE(ABORT, '{OUT_OF_TURN}'); END"
    )
    return made


def _of_postgres(db: "Connection") -> list[str]:
    made = [_NOTE, _NEVER, _IN_TURN]
    for table in images.watched(db):
        key, columns = "', '".join(images.key_of(table)), ", ".join(images.columns(db, table))
        made += [
            f"CREATE TRIGGER {PREFIX}{table}_noted AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION drive_note('{key}')"
        ]
    for table in images.SEALED_TABLES:
        made.append(
            f"CREATE TRIGGER {PREFIX}{table}_never BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION drive_never()"
        )
    made.append(
        f"CREATE TRIGGER {PREFIX}audit_event_in_turn BEFORE INSERT ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION drive_in_turn()"
    )
    return made


_NOTE = """
CREATE OR REPLACE FUNCTION drive_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  given jsonb := to_jsonb(CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END);
  key text := concat_ws('/', given ->> TG_ARGV[0], given ->> TG_ARGV[1]);
  was text := CASE WHEN TG_OP <> 'INSERT' THEN CAST(given AS text) END;
BEGIN
  INSERT INTO unsealed (tbl, pk, op, old, tx)
  VALUES (TG_TABLE_NAME, key, left(TG_OP, 1), was, CAST(pg_current_xact_id() AS text));
  RETURN NULL;
END $$
"""

_NEVER = f"""
CREATE OR REPLACE FUNCTION drive_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{SEALED}';
END $$
"""

_IN_TURN = f"""
CREATE OR REPLACE FUNCTION drive_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.seq <> {audit.NEXT_SEQ} OR NEW.prev IS DISTINCT FROM {audit.LAST_HASH} THEN
    RAISE EXCEPTION '{OUT_OF_TURN}';
  END IF;
  RETURN NEW;
END $$
"""
