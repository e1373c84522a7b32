"""One scenario and one seed become records: the discrete-event engine of credflow."""
