"""Networks: views of the graph as tables of nodes and edges, sliced by time, in many formats."""
