"""Twilio's protocols: webhooks, media stream, signatures, REST. Knows wires, not conversations."""
