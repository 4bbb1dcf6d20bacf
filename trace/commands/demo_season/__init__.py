"""The demonstration: a season of old Thanh Hà, made by the verbs every user has.

``days`` which season; ``places``, ``people``, ``goods`` who and what, as tables; ``cast`` the plan and
the numbers it gets; ``agenda`` acts in the order of their days. ``farms``, ``plans``, ``shelf``, ``diaries``,
``harvests``, ``season``, ``stamps``, ``gear``, ``prints``, ``samples`` are the acts. ``market`` and
``selling`` are the simulated shops, ``file_shop`` the one kept by files, ``sending`` the carrier,
``consignments`` what went to other businesses, ``reports`` what the office has mailed, ``closing`` the
month it closed, ``working`` what it wrote down, ``problems`` what buyers reported;
``folder`` is where it lives, ``telling`` what is printed.
"""

from trace.commands.demo_season.accounts import write_accounts
from trace.commands.demo_season.applications import APPLICATIONS
from trace.commands.demo_season.cast import Cast, Size, make_cast
from trace.commands.demo_season.closing import close_last_month
from trace.commands.demo_season.consignments import send_consignments
from trace.commands.demo_season.days import Days
from trace.commands.demo_season.farms import plan_registering
from trace.commands.demo_season.file_shop import open_file_shop
from trace.commands.demo_season.folder import NAME, WHOLE, making, prepare, remove
from trace.commands.demo_season.gear import plan_gear
from trace.commands.demo_season.last_year import plan_last_year
from trace.commands.demo_season.market import open_shops
from trace.commands.demo_season.plans import plan_plans
from trace.commands.demo_season.prints import plan_prints
from trace.commands.demo_season.problems import report_problems
from trace.commands.demo_season.reports import set_up_reports
from trace.commands.demo_season.samples import plan_samples
from trace.commands.demo_season.season import plan_season
from trace.commands.demo_season.selling import SYNC_EVERY_S, connect_shops, enter_rates
from trace.commands.demo_season.sending import carriers, connect_carriers, have_called_back
from trace.commands.demo_season.shelf import draw_pictures
from trace.commands.demo_season.telling import lines, progress, write_stamps
from trace.commands.demo_season.working import note_work, report_course
from trace.commands.terminal import now as clock
from trace.db import reading, transaction
from trace.records.instance_fact import InstanceFact
from trace.services.stamp_marks import Places
from trace.settings import Settings

__all__ = [
    "NAME",
    "Size",
    "ensure",
    "have_called_back",
    "making",
    "prepare",
    "remove",
    "settings_for",
]


def settings_for(base: Settings, simulator_port: int) -> Settings:
    """The demonstration's settings: its own folder, database, keys and marks, whatever the machine's are."""
    simulators = f"http://127.0.0.1:{simulator_port}"
    markets = {name: application.settings(simulators) for name, application in APPLICATIONS.items()}
    own = {"instance": base.instance / NAME, "database_url": "", "master_key_file": None, "marks_file": None}
    changes = {**own, "marketplaces": markets, "sync_every_s": SYNC_EVERY_S}
    changes["carriers"] = carriers(simulator_port)
    if "second_factor" not in base.model_fields_set:
        changes["second_factor"] = "offered"  # its passwords lie in a file: a telephone would guard nothing
    changes["file_marketplaces"] = ("postmart", "voso")
    return base.model_copy(update=changes)


def ensure(settings: Settings, simulator_port: int, size: Size = Size()) -> list[str]:  # noqa: B008 - frozen
    """Load the season unless it is there already, and say what a newcomer needs.

    The instance is founded and open, its folder was prepared, the simulators answer on this port.

    Raises:
        requests.HTTPError, RuntimeError: the simulators refuse; nothing is marked as whole then.
    """
    with reading() as session:
        is_whole = session.get(InstanceFact, WHOLE) is not None
    if not is_whole:
        _load(settings, simulator_port, size)
    return lines(settings)


def _load(settings: Settings, simulator_port: int, size: Size) -> None:
    cast = make_cast(Days(clock()), size, Places(settings.key_folder, settings.marks))
    cast.pictures = draw_pictures({good.motif for coop in cast.coops.values() for good in coop.goods})
    plan_registering(cast)
    plan_plans(cast)
    plan_gear(cast)
    plan_season(cast)
    plan_last_year(cast)
    plan_samples(cast)
    plan_prints(cast, settings)
    with progress() as tell:
        cast.agenda.run(tell)
    _sell(cast, settings, simulator_port)
    send_consignments(cast)
    set_up_reports()
    close_last_month(cast)
    note_work(cast)
    report_course(cast)
    report_problems(cast)
    write_accounts(settings.instance, cast.passwords)
    write_stamps(settings.instance, cast.samples)
    with transaction() as session:
        session.add(InstanceFact(name=WHOLE, value=cast.days.now.isoformat()))


def _sell(cast: Cast, settings: Settings, simulator_port: int) -> None:
    enter_rates(cast, settings)
    connect_shops(cast, settings, open_shops(cast, simulator_port, settings.public_url))
    open_file_shop(cast, settings)
    connect_carriers(cast, settings, simulator_port)
