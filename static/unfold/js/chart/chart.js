// In place of django-unfold's chart library (200 kB on each page of the administration): we show no chart there.
