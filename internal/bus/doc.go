// Package bus carries events from those who publish to those who subscribe.
//
// There is one timeline: every event gets the next serial number, and a subscriber
// sees events in that order. It may lag behind; it never goes back. A full queue
// loses its oldest event and counts it. Publish never blocks.
package bus
