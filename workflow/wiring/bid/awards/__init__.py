"""The actions of awards, by what they are about; `workflow/wiring/bid/award.py` puts them together."""
