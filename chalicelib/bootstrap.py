"""The one place that wires adapters into services. Tests override a part by passing it."""
