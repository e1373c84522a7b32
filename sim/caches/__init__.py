"""Where credentials are kept between the calls: caches of a process, a step, a host, and what lies there at time 0."""
