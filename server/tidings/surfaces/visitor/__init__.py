"""What a browser asks for on a visitor's behalf: load.js, the feed, the widget, beacons. No token."""
