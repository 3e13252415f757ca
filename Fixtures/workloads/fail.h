/* Ends the program with one line that says what failed. */
#ifndef FAIL_H
#define FAIL_H

#include <err.h>
#include <stdlib.h>

#define CHECK(call)                                                                                                    \
	({                                                                                                             \
		__auto_type result_ = (call);                                                                          \
		if (result_ == (__typeof__(result_))-1)                                                                \
			err(70, "%s:%d: %s", __FILE__, __LINE__, #call);                                               \
		result_;                                                                                               \
	})

static inline unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		errx(64, "not a number: %s", text);
	return value;
}

#endif
