"""The room's blueprint."""

from flask import Blueprint

blueprint = Blueprint("bids", __name__)
