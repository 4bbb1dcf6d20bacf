"""Making an instance: folder, master key, tables, units, rules, the first stamp key."""

from trace import db, db_upgrade, keyring
from trace.commands.terminal import now
from trace.services import baseline, instance_facts, rules, stamp_keys
from trace.services.admin_units import load_units
from trace.settings import Settings


def found_instance(settings: Settings, *, is_demo: bool = False) -> bool:
    """Make what is missing of the instance and open it; whether anything was new.

    Running it again changes nothing: the master key is never replaced.
    """
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not settings.master_key.exists()
    if is_new:
        keyring.make_master_key(settings.master_key)
    keyring.use(keyring.load_keyring(settings.master_key))
    database = db.open_database(settings.database)
    db_upgrade.upgrade(database)
    db.use(database)
    with db.transaction() as session:
        load_units(session)
        rules.load_defaults(session)
        baseline.load_baseline(session)
        instance_facts.found(session, public_url=settings.public_url, is_demo=is_demo)
        stamp_keys.ensure_key(session, settings.key_folder, now())
    return is_new
