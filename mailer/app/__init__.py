"""The composition root: settings → edges → flows, opened and closed in order.

Nothing else wires anything. `composing` and `deciding` need no database; `service` is what is open;
`running` is what happens by itself.
"""
