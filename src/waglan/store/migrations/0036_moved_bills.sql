-- A bill that its filer moves below another stays the consignment it was, with all that was decided of it.
GRANT UPDATE (parent) ON consignment TO waglan_app;
