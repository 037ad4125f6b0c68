/**
 * The system under more load than it can carry, and under clients that mean it no good.
 *
 * <p>{@link ai.laconic.it.load.TwoTenants} and {@link ai.laconic.it.load.GatewayShare} are programs
 * that measure and print; they decide nothing, and no build runs them. After {@code ./laconic
 * --help} and {@code mvn -q -DskipTests -pl integration-tests -am package}:
 *
 * <pre>{@code
 * ORT_DISABLE_TELEMETRY=1 java -Xmx2g -XX:MaxDirectMemorySize=6g -Dlaconic.home=$PWD \
 *   -cp "integration-tests/target/test-classes:integration-tests/target/lib/*" \
 *   ai.laconic.it.load.TwoTenants --workload generate
 * }</pre>
 */
@NullMarked
package ai.laconic.it.load;

import org.jspecify.annotations.NullMarked;
