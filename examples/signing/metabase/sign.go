// A guest token as Metabase's hosts sign it, for <metabase-dashboard> or /embed/dashboard/TOKEN.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type object map[string]any

func main() {
	now := time.Now().Unix() // seconds, not milliseconds
	header, _ := json.Marshal(object{"alg": "HS256", "typ": "JWT"})
	claims, _ := json.Marshal(object{
		"resource": object{"dashboard": json.Number(os.Getenv("CONTENT"))}, // a number, not digits in quotes
		"params":   json.RawMessage(os.Getenv("PARAMETERS")),               // also if it is empty
		"iat":      now,
		"exp":      now + 600,
	})

	encoded := base64.RawURLEncoding.EncodeToString
	signed := encoded(header) + "." + encoded(claims)
	// The key is the text of the secret, also if it looks like hexadecimal.
	mac := hmac.New(sha256.New, []byte(os.Getenv("SECRET")))
	mac.Write([]byte(signed))
	fmt.Println(signed + "." + encoded(mac.Sum(nil)))
}
