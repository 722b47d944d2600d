"""What the page of the laboratory is made from: panels of figures, the plot of one, and what was measured for records."""
