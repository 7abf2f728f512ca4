package client

// SetMaxResponse makes c refuse answers of more than n bytes.
func (c *Client) SetMaxResponse(n int64) { c.most = n }
