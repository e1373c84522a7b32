"""What runs beside the clients on their hosts: endpoints, agents, projected tokens."""
