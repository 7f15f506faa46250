"""Settings for tests that need some but start no server."""

from workflow.config import Settings, load_settings

SECRET_KEY = "for tests only, and long enough to pass"


def settings_for(**given: str) -> Settings:
    """Settings with what must be given filled in; each keyword is a setting of the environment."""
    needed = {
        "DATABASE_URL": "postgresql:///nowhere",
        "REDIS_URL": "unix:///nowhere.sock?db=0",
        "WORKFLOW_SECRET_KEY": SECRET_KEY,
    }
    return load_settings({**needed, **given})
