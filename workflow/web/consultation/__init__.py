"""Consultation on the web: the register, the council's answer, the lead body's word on each, and the public page."""
