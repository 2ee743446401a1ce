"""What leaves the house of a Record, so that anybody can check it with tools of their own."""
