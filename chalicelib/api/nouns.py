"""Every noun's routes: one line each. ``app.py`` registers them; the OpenAPI document is made of them."""

from . import (
    catalogue,
    cloud,
    git,
    identities,
    jobs,
    meta,
    objects,
    oidc,
    plan_review,
    runner,
    runners,
    runs,
    single_jobs,
    specs,
    states,
    zones,
)
from .routing import Routes

NOUNS: tuple[Routes, ...] = (
    meta.routes,
    catalogue.routes,
    zones.routes,
    identities.routes,
    specs.routes,
    runs.routes,
    jobs.routes,
    single_jobs.routes,
    runner.routes,
    runners.routes,
    cloud.routes,
    git.routes,
    oidc.routes,
    objects.routes,
    states.routes,
    plan_review.routes,
)
