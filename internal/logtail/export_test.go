package logtail

// MaxStreams is how many logs may be followed at a time.
const MaxStreams = maxStreams
