#include <http_parser.h>

/* Where a part of a parsed URL is in its text; Swift does not see the array. */
static inline int http_parser_url_start(const struct http_parser_url *url, enum http_parser_url_fields field)
{
	return url->field_data[field].off;
}

static inline int http_parser_url_length(const struct http_parser_url *url, enum http_parser_url_fields field)
{
	return url->field_data[field].len;
}
