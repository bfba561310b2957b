"""Fields that plugins add to persons and organisations: which there are for whom, their values, forms, columns, answers."""
