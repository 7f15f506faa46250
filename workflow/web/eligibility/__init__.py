"""Can we get this money: at most six questions, before anybody signs in."""
