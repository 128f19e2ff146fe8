"""Pages of the consent room, in the admin's shell."""
