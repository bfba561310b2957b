"""Reports that modules declare: asked for a year or a quarter and a unit, shown, printed, taken out as a workbook."""
