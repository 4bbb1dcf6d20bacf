"""Making an instance: folder, master key, tables, units, rules, the first stamp key."""

from trace.commands.terminal import now
from trace.db import open_database, transaction, use_database
from trace.db_upgrade import upgrade_database
from trace.keyring import load_keyring, make_master_key, use_keyring
from trace.services import baseline, instance_facts, rules, stamp_keys
from trace.services.admin_units import load_units
from trace.services.log_key_changes import ensure_log_key
from trace.settings import Settings


def found_instance(settings: Settings, *, is_demo: bool = False) -> bool:
    """Make what is missing of the instance and open it; whether anything was new.

    Running it again changes nothing: the master key is never replaced.
    """
    settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.instance.chmod(0o700)  # a clone's folder is there already, open to all
    is_new = not settings.master_key.exists()
    if is_new:
        make_master_key(settings.master_key)
    use_keyring(load_keyring(settings.master_key))
    database = open_database(settings.database)
    upgrade_database(database)
    use_database(database)
    with transaction() as session:
        load_units(session)
        rules.load_defaults(session)
        baseline.load_baseline(session)
        instance_facts.found(session, public_url=settings.public_url, is_demo=is_demo)
        ensure_log_key(session, settings.log_key, now())
        stamp_keys.ensure_key(session, settings.key_folder, now())
    return is_new
