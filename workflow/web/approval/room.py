"""The blueprint of assessment and decision, which its pages share."""

from flask import Blueprint

blueprint = Blueprint("approval", __name__)
