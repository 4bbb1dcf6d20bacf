"""Wiring: settings, database, keys, doors."""

from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from trace.db import is_open, open_database, reading, use_database
from trace.keyring import current_keyring, load_keyring, use_keyring
from trace.records.instance_fact import InstanceFact
from trace.settings import Settings, load_settings
from trace.web import (
    account,
    before,
    carrier_hooks,
    compressing,
    consumer,
    feed,
    headers,
    health,
    help_pages,
    hooks,
    listing_picture,
    log_notes,
    mail_links,
    notices,
    ocop_register,
    offline,
    once,
    open_data,
    own_devices,
    own_factor,
    own_password,
    page_tools,
    phone_pages,
    problem_pages,
    refusals,
    resolver,
    sign_in_code,
    story_pages,
    style_page,
    styles,
    unit_pages,
    visitor,
)
from trace.web.cooperative import (
    area_plots,
    arrivals,
    carrier_account,
    certificates,
    consignment_goods,
    consignments,
    day_totals,
    diary,
    exports,
    farms,
    file_exports,
    file_layouts,
    file_reports,
    file_shops,
    file_templates,
    first_day,
    helping,
    imports,
    label_calibration,
    label_design_form,
    label_designs,
    label_printers,
    label_stock,
    lot_corrections,
    lots,
    new_listings,
    personal,
    photos,
    plans,
    pooling,
    prefixes,
    printing,
    prints,
    products,
    recalls,
    shipment_booking,
    shipments,
    shop_connect,
    shop_orders,
    shop_setup,
    shops,
    sites,
    stamp_scans,
    stamps,
    today,
    tracing,
    training,
    unit_labels,
)
from trace.web.cooperative import problems as coop_problems
from trace.web.door import Door, open_doors
from trace.web.epcis import capture as epcis_capture
from trace.web.epcis import events as epcis_events
from trace.web.epcis import problems as epcis_problems
from trace.web.epcis import queries as epcis_queries
from trace.web.epcis import resources as epcis_resources
from trace.web.epcis import subscriptions as epcis_subscriptions
from trace.web.office import board as office_board
from trace.web.office import closings as office_closings
from trace.web.office import decision_1034, figure_map, mail_addresses, sales
from trace.web.office import exports as office_exports
from trace.web.office import figures as office_figures
from trace.web.office import lots as office_lots
from trace.web.office import market_rules as office_market_rules
from trace.web.office import ocop as office_ocop
from trace.web.office import organisations as office_organisations
from trace.web.office import personal as office_personal
from trace.web.office import plan_imports as office_plan_imports
from trace.web.office import plans as office_plans
from trace.web.office import prefixes as office_prefixes
from trace.web.office import problems as office_problems
from trace.web.office import rates as office_rates
from trace.web.office import recall_papers as office_recall_papers
from trace.web.office import recalls as office_recalls
from trace.web.office import reports as office_reports
from trace.web.office import rules as office_rules
from trace.web.office import tracing as office_tracing
from trace.web.office import training as office_training
from trace.web.office import work as office_work
from trace.web.openid import pages as openid_pages

DOORS: tuple[Door, ...] = (
    account.door,
    sign_in_code.door,
    own_password.door,
    own_factor.door,
    openid_pages.door,
    phone_pages.door,
    own_devices.door,
    health.door,
    consumer.door,
    problem_pages.door,
    story_pages.door,
    ocop_register.door,
    unit_pages.door,
    resolver.door,
    log_notes.door,
    open_data.door,
    feed.door,
    prints.door,
    printing.door,
    stamps.door,
    stamp_scans.door,
    label_printers.door,
    label_calibration.door,
    label_stock.door,
    label_design_form.door,
    label_designs.door,
    offline.door,
    notices.door,
    style_page.door,
    today.door,
    first_day.door,
    help_pages.door,
    helping.door,
    lots.door,
    photos.door,
    lot_corrections.door,
    pooling.door,
    tracing.door,
    recalls.door,
    exports.door,
    diary.door,
    farms.door,
    personal.door,
    sites.door,
    area_plots.door,
    certificates.door,
    products.door,
    prefixes.door,
    imports.door,
    shops.door,
    new_listings.door,
    listing_picture.door,
    shop_orders.door,
    shop_connect.door,
    file_shops.door,
    file_layouts.door,
    file_reports.door,
    carrier_account.door,
    shipment_booking.door,
    shipments.door,
    consignments.door,
    consignment_goods.door,
    unit_labels.door,
    arrivals.door,
    shop_setup.door,
    file_templates.door,
    file_exports.door,
    day_totals.door,
    hooks.door,
    carrier_hooks.door,
    office_lots.door,
    office_recalls.door,
    office_recall_papers.door,
    office_tracing.door,
    office_exports.door,
    office_board.door,
    decision_1034.door,
    figure_map.door,
    office_figures.door,
    office_reports.door,
    mail_addresses.door,
    mail_links.door,
    mail_links.one_click,
    office_closings.door,
    office_rules.door,
    office_market_rules.door,
    office_rates.door,
    office_ocop.door,
    office_ocop.files,
    office_plans.door,
    office_training.door,
    office_training.files,
    office_work.door,
    office_problems.door,
    coop_problems.door,
    training.door,
    plans.door,
    office_plan_imports.door,
    office_prefixes.door,
    office_personal.door,
    office_organisations.door,
    office_organisations.files,
    sales.door,
    styles.door,
    epcis_events.door,
    epcis_capture.door,
    epcis_resources.door,
    epcis_queries.door,
    epcis_subscriptions.door,
)
csrf = CSRFProtect()
for _door in (hooks.door, carrier_hooks.door, mail_links.one_click):
    csrf.exempt(_door)  # programs call it; their signature or secret is checked instead
for _door in DOORS:
    if _door.for_programs:
        csrf.exempt(_door)  # no session opens it, so no browser can be led to it


def start(settings: Settings) -> None:
    """Open the database and load the master key for this process."""
    use_database(open_database(settings.database))
    use_keyring(load_keyring(settings.master_key))


def create_app(settings: Settings | None = None) -> Flask:
    """The web application; opens what it needs unless the caller has done so."""
    settings = settings or load_settings()
    if not is_open():
        start(settings)
    app = Flask(
        "trace.web",
        instance_path=str(settings.instance),
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    configure(app, settings)
    for room in (before, compressing, visitor, headers, refusals, page_tools, styles, once):
        room.prepare(app)
    consumer.prepare(app)
    problem_pages.prepare(app)
    open_data.prepare(app)
    feed.prepare(app)
    office_board.prepare(app)
    offline.prepare(app)
    notices.prepare(app)
    epcis_problems.prepare(app)
    csrf.init_app(app)
    open_doors(app, DOORS)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Flask's own switches."""
    app.secret_key = current_keyring().cookie_secret
    app.config.update(
        MAX_CONTENT_LENGTH=(settings.upload_mb + 4) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_NAME="__Host-form" if settings.is_https else "form",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.is_https,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.extensions["settings"] = settings
    app.extensions["is_demo"] = _is_demo()
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def _is_demo() -> bool:
    try:
        with reading() as session:
            return session.get(InstanceFact, "demo") is not None
    except SQLAlchemyError:
        return False
