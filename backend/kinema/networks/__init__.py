"""Neural networks: nothing but weights and forward."""
