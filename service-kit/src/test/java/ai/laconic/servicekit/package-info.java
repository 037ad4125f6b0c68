@NullMarked
package ai.laconic.servicekit;

import org.jspecify.annotations.NullMarked;
