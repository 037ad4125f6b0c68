/**
 * The system under more load than it can carry, and under clients that mean it no good.
 *
 * <p>{@link ai.laconic.it.load.TwoTenants} is a program that measures and prints; it decides
 * nothing, and no build runs it:
 *
 * <pre>{@code
 * mvn -q -pl integration-tests -am -DskipTests test-compile dependency:build-classpath \
 *   -Dmdep.includeScope=test -Dmdep.outputFile=target/classpath
 * ORT_DISABLE_TELEMETRY=1 java -Xmx2g -XX:MaxDirectMemorySize=6g -Dlogging.level.root=warn \
 *   -Dlogging.level.ai.laconic=warn \
 *   -cp integration-tests/target/test-classes:$(cat integration-tests/target/classpath) \
 *   ai.laconic.it.load.TwoTenants --workload generate
 * }</pre>
 */
@NullMarked
package ai.laconic.it.load;

import org.jspecify.annotations.NullMarked;
