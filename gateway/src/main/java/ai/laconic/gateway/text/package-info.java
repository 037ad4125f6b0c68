/**
 * An upload as it comes in: bytes in pieces of any size, checked to be UTF-8 and cut into spans.
 * Nothing here decodes text: spans are the client's bytes, and together they are all of them.
 */
@NullMarked
package ai.laconic.gateway.text;

import org.jspecify.annotations.NullMarked;
